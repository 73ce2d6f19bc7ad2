// node consume.js BOOTSTRAP TOPIC...: prints every committed event of the topics from the beginning, one a line, and ends.
const { Kafka, logLevel } = require('kafkajs');

const [bootstrap, ...topics] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'analyst', brokers: bootstrap.split(','), logLevel: logLevel.ERROR });

// A partition's last offsets are the markers of transactions, which no consumer is given: it is at its end once a batch says so.
async function main() {
  const admin = kafka.admin();
  await admin.connect();
  const open = new Set();
  for (const topic of topics) {
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) if (high !== '0') open.add(`${topic}/${partition}`);
  }
  await admin.disconnect();
  if (open.size === 0) return;

  const consumer = kafka.consumer({ groupId: `analyst-${process.pid}-${Date.now()}`, readUncommitted: false, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  const done = new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch }) => {
        const lines = batch.messages.map((message) => message.value.toString() + '\n').join('');
        if (lines !== '') process.stdout.write(lines);
      },
    });
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (BigInt(payload.lastOffset) + 1n >= BigInt(payload.highWatermark)) open.delete(`${payload.topic}/${payload.partition}`);
      if (open.size === 0) resolve();
    });
  });
  await done;
  await consumer.disconnect();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
