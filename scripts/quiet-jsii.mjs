// jsii has ended its support of Node 20 before we do, and each of its tools prints a banner there. They work there: CI builds on Node 20.
process.env.JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = '20';
