"""Databases of papers, asked politely, each answer kept."""
