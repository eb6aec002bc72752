"""What is expected, agreed and learned."""
