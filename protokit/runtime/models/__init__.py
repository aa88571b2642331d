"""The engines that write answers, one a file."""
