"""One HTML file that shows a plan: opens without a network, prints, speaks two languages."""
