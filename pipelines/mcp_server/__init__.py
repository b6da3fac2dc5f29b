"""The MCP server: six read-only questions to the published file, for assistants."""
