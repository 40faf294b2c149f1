enum GatewayAdminPlaceholder {}
