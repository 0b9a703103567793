"""The words that strategies and mechanisms share: view, actions, events, composition."""
