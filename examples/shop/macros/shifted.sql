{# A day or moment of the seeds, moved by the variable shift_days. #}
{% macro shifted(column, type) -%}
    ({{ column }} + to_days({{ var('shift_days') }}))::{{ type }}
{%- endmacro %}
