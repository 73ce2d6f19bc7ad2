// node call.js URL KEY SECRET METHOD ENDPOINT [JSON]: one call by the official client, its answer as JSON. Shows that the simulated shop
// is one to a client that is not ours.
const Client = require("@woocommerce/woocommerce-rest-api").default;

const [url, consumerKey, consumerSecret, method, endpoint, json] = process.argv.slice(2);
const client = new Client({ url, consumerKey, consumerSecret, version: "wc/v3" });
client[method](endpoint, json ? JSON.parse(json) : {})
  .then((answer) => process.stdout.write(JSON.stringify(answer.data)))
  .catch((error) => {
    process.stderr.write(String(error.response ? JSON.stringify(error.response.data) : error));
    process.exit(1);
  });
