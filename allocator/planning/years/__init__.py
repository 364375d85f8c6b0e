"""When a plan is carried out: what opens, is bought and who is hired in which year."""
