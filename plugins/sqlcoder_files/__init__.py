"""Sinks that write text and files: table, csv, json, jsonl, parquet, sql, markdown; one module and one entry point each."""
