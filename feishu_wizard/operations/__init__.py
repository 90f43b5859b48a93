"""What the product does, one verb a file: async, with progress, without text."""
