"""Photos and papers: taken in as harmless copies, kept by content, shown to who may see the subject."""
