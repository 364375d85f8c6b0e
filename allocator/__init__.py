"""Policy into plan: beds, clinics and ambulances from published health standards, with proof."""
