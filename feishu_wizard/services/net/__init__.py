"""The one room that makes HTTP clients: routes, trust, deadlines, named failures."""
