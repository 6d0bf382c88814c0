"""What stands between the network and the routes: who may ask, what is counted, what the routes take."""
