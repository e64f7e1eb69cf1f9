"""The journal's page: routes over ``mien.journal``, for whoever has the page's key."""
