"""What an administrator's browser recorded, and the deployment profile that follows from it."""
