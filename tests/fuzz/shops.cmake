# What shops elsewhere send: signatures, notifications, orders.
layerline_fuzz(fuzz_shop_webhooks SOURCES shops_webhooks.cpp LINK gateways_webhooks)
layerline_fuzz(fuzz_shop_orders SOURCES shops_orders.cpp LINK workers_shops_orders)
