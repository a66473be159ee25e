"""The bundled example, and how it becomes a project of today."""
