"""What runs on the training thread, and what the main thread hands to it and gets back."""
