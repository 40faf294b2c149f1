enum GatewayStoresPlaceholder {}
