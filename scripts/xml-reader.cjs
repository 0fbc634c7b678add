// In the place of fast-xml-parser in what is bundled. The SDK's clients read XML by it, so what writes or validates XML stays out.
// It would refuse a document with more than 1,000 entities, be it &quot;: a template has more, and so has a page of EC2's. What a document declares itself stays limited.
'use strict';
const XMLParser = require('fast-xml-parser/src/xmlparser/XMLParser.js');

exports.XMLParser = class extends XMLParser {
  constructor(options) {
    super({ ...options, processEntities: { maxTotalExpansions: Infinity } });
  }
};
