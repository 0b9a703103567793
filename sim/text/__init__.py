"""Words as data: what the shells say in Chinese and English, the glossary, the bibliography."""
