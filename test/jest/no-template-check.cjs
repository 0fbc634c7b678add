// aws-cdk-lib's own check of templates takes seconds of each test file: who wants it says so (test/bin/template-findings.ts).
process.env.CDK_VALIDATION = 'false';
