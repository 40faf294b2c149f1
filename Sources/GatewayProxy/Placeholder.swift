enum GatewayProxyPlaceholder {}
