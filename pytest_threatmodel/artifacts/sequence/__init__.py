"""The sequence diagram of a model: PlantUML text and Mermaid text."""
