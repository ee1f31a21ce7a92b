"""Staff: who runs the platform, appointed by a command, since nobody is there before the first."""
