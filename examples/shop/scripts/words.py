"""Words and weights that the shop's seeds are drawn from."""

# ruff: noqa: E501, SIM905 - tables: one word a line is no easier to read

from __future__ import annotations

FIRST_NAMES = (
    "Ada Aisha Alan Alice Amara Anders Anna Antonio Astrid Ben Bianca Carla Carlos Chen Chloe Clara Daniel David Elena Elif Emil Emma Erik "
    "Fatima Felix Fiona Frank Grace Hannah Hans Helen Hugo Ines Isaac Ivan Jack James Jana Jonas Julia Karim Kate Kofi Lars Laura Lea Liam "
    "Lina Louis Lucia Marco Maria Marta Martin Mei Mia Miguel Mila Nadia Nina Noah Nora Oliver Omar Oscar Paula Peter Priya Rachel Rosa Ruth "
    "Sam Sara Simon Sofia Stefan Tara Theo Thomas Tim Tom Uma Vera Victor Wei Yara Yusuf Zoe"
).split()

LAST_NAMES = (
    "Abbott Adams Ahmed Andersson Baker Becker Bell Bennett Berg Bernard Brooks Brown Campbell Carter Castillo Clark Cohen Collins Cooper Costa "
    "Davies Diaz Dubois Evans Fernandez Fischer Fletcher Foster Garcia Gomez Green Gupta Hall Harris Hayes Hoffmann Hughes Jansen Johnson Jones "
    "Keller Kelly Khan Kim King Klein Lambert Lee Lewis Lopez Marino Martin Meyer Miller Mitchell Moore Moreau Morgan Murphy Nguyen Novak Okafor "
    "Olsen Ortega Park Patel Perez Petit Phillips Price Reed Rossi Roux Russo Sanchez Schmidt Scott Silva Singh Smith Stewart Suzuki Taylor "
    "Thompson Turner Visser Wagner Walker Wang Watson Weber White Williams Wilson Wood Wright Young Zhang Zimmermann"
).split()

# city, state or region, country, weight among customers
CITIES = (
    ("New York", "NY", "United States", 16),
    ("San Francisco", "CA", "United States", 11),
    ("Chicago", "IL", "United States", 9),
    ("Los Angeles", "CA", "United States", 8),
    ("Boston", "MA", "United States", 7),
    ("Seattle", "WA", "United States", 6),
    ("Austin", "TX", "United States", 6),
    ("Denver", "CO", "United States", 4),
    ("Miami", "FL", "United States", 4),
    ("Portland", "OR", "United States", 3),
    ("London", None, "United Kingdom", 9),
    ("Berlin", None, "Germany", 7),
    ("Paris", None, "France", 6),
    ("Amsterdam", None, "Netherlands", 4),
    ("Madrid", None, "Spain", 3),
)

SEGMENTS = (("consumer", 70), ("small business", 22), ("corporate", 8))
CHANNELS = (("web", 58), ("store", 22), ("phone", 12), ("partner", 8))
REGIONS = ("East", "West", "Central", "Europe")
REGION_OF_CITY = {
    "New York": "East", "Boston": "East", "Miami": "East",
    "Chicago": "Central", "Austin": "Central", "Denver": "Central",
    "San Francisco": "West", "Los Angeles": "West", "Seattle": "West", "Portland": "West",
}  # fmt: skip

# carrier, weight in the United States, weight in Europe, days on the road at least and at most
CARRIERS = (("UPS", 40, 15, 1, 5), ("FedEx", 30, 10, 1, 4), ("USPS", 30, 0, 2, 9), ("DHL", 0, 75, 2, 6))
RETURN_REASONS = (("damaged", 30), ("wrong item", 18), ("changed mind", 34), ("arrived late", 12), (None, 6))

COLLECTIONS = ("Alba", "Cedar", "Fjord", "Harbor", "Juno", "Marlow", "Orchard", "Sable")

# category: code, then things sold in it, each with its price in dollars
CATEGORIES: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "Cookware": ("CKW", (("Cast Iron Skillet", 59), ("Saucepan", 45), ("Stockpot", 79), ("Dutch Oven", 139), ("Frying Pan", 38), ("Wok", 52), ("Grill Pan", 49), ("Pot Set", 219))),
    "Knives": ("KNV", (("Chef's Knife", 89), ("Paring Knife", 29), ("Bread Knife", 49), ("Santoku", 95), ("Knife Block", 69), ("Sharpening Steel", 34), ("Steak Knife Set", 119))),
    "Bakeware": ("BKW", (("Loaf Pan", 22), ("Muffin Tin", 24), ("Springform Pan", 27), ("Baking Sheet", 19), ("Rolling Pin", 18), ("Mixing Bowl Set", 44), ("Pie Dish", 26))),
    "Tableware": ("TBW", (("Dinner Plate", 16), ("Soup Bowl", 14), ("Serving Platter", 42), ("Cutlery Set", 98), ("Wine Glass", 12), ("Tumbler", 9), ("Salad Bowl", 39), ("Butter Dish", 21))),
    "Small Appliances": ("APP", (("Electric Kettle", 69), ("Toaster", 59), ("Stand Mixer", 349), ("Hand Blender", 75), ("Food Processor", 189), ("Waffle Iron", 64), ("Rice Cooker", 85))),
    "Coffee & Tea": ("COF", (("French Press", 36), ("Pour-Over Set", 42), ("Espresso Machine", 449), ("Teapot", 48), ("Coffee Grinder", 99), ("Stovetop Kettle", 54), ("Espresso Cup", 11))),
    "Storage": ("STO", (("Pantry Jar", 13), ("Spice Rack", 37), ("Bread Box", 46), ("Lunch Box", 23), ("Cutlery Tray", 28), ("Wine Rack", 88))),
    "Textiles": ("TEX", (("Apron", 32), ("Oven Glove", 17), ("Tea Towel", 10), ("Tablecloth", 55), ("Napkin Set", 25), ("Table Runner", 31))),
}  # fmt: skip

# supplier, city, country
SUPPLIERS = (
    ("Bergmann Stahlwaren", "Solingen", "Germany"), ("Klingenwerk Solingen", "Solingen", "Germany"), ("Spreetal Keramik", "Berlin", "Germany"),
    ("Hansa Haushalt", "Hamburg", "Germany"), ("Schwarzwald Holzwaren", "Freiburg", "Germany"), ("Sheffield Steel Works", "Sheffield", "United Kingdom"),
    ("Thames Textile Mills", "London", "United Kingdom"), ("Pennine Pottery", "Stoke-on-Trent", "United Kingdom"), ("Kettle & Hob", "Birmingham", "United Kingdom"),
    ("Porcelaines Delmas", "Limoges", "France"), ("Atelier Rivoli", "Paris", "France"), ("Cuivres de Normandie", "Rouen", "France"),
    ("Verrerie Saint-Clair", "Nancy", "France"), ("Delft Aardewerk", "Delft", "Netherlands"), ("Gracht Design", "Amsterdam", "Netherlands"),
    ("Cuchillos Albacete", "Albacete", "Spain"), ("Olivar Maderas", "Seville", "Spain"), ("Officina Moka", "Turin", "Italy"),
    ("Cristalleria Murano", "Venice", "Italy"), ("Lino Toscano", "Prato", "Italy"), ("Ceramiche Vietri", "Salerno", "Italy"),
    ("Nordlys Design", "Copenhagen", "Denmark"), ("Fjordglass", "Aarhus", "Denmark"), ("Linkoping Linen", "Linkoping", "Sweden"),
    ("Aurora Steel", "Eskilstuna", "Sweden"), ("Seki Cutlery", "Seki", "Japan"), ("Nambu Iron", "Morioka", "Japan"), ("Arita Porcelain", "Arita", "Japan"),
    ("Great Lakes Cookware", "Chicago", "United States"), ("Hudson Home Goods", "New York", "United States"), ("Lodgepole Foundry", "Chattanooga", "United States"),
    ("Bay Roasters Supply", "San Francisco", "United States"), ("Cascade Woodcraft", "Portland", "United States"), ("Lone Star Grills", "Austin", "United States"),
    ("Prairie Glass", "Toledo", "United States"), ("Vermont Clay", "Burlington", "United States"), ("Carolina Cotton", "Greensboro", "United States"),
    ("Maritime Enamel", "Halifax", "Canada"), ("Quebec Maple Boards", "Quebec", "Canada"), ("Oaxaca Barro", "Oaxaca", "Mexico"),
)  # fmt: skip

# how busy a month is, January first; and a weekday, Monday first
MONTH_WEIGHT = (0.85, 0.8, 0.9, 0.95, 1.05, 0.95, 0.8, 0.8, 0.95, 1.05, 1.45, 1.6)
WEEKDAY_WEIGHT = (0.95, 0.9, 0.95, 1.0, 1.15, 1.25, 0.8)
