"""The sequence diagram of a model: PlantUML text, Mermaid text, and pictures of our own."""
