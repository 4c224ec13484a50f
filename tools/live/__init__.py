"""Programs that train the small networks of rnncourse/live, once, and measure what the figures say of them."""
