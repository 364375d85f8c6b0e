"""What was asked, and how an answer to it is counted again: shares no code with the engines."""
