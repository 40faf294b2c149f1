enum GatewayFormatsPlaceholder {}
