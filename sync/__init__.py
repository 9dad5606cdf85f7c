"""The station's stores, the contract with the centre, and the engine that keeps both sides equal."""
