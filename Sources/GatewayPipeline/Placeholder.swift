enum GatewayPipelinePlaceholder {}
