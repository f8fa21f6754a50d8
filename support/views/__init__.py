"""The console of the support: one module by screen."""
