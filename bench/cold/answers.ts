import { ids } from './deletion';

/** What the services answer, as long as theirs are. */
export const describeStacksAnswer = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult>
    <Stacks>
      <member>
        <StackId>${ids.stack}</StackId>
        <StackName>LandingZone</StackName>
        <Description>Disaster recovery landing zone</Description>
        <CreationTime>2026-01-07T09:12:44.215Z</CreationTime>
        <LastUpdatedTime>2026-03-02T14:31:05.876Z</LastUpdatedTime>
        <DeletionTime>2026-11-23T03:00:01.100Z</DeletionTime>
        <RollbackConfiguration/>
        <StackStatus>DELETE_IN_PROGRESS</StackStatus>
        <StackStatusReason>User Initiated</StackStatusReason>
        <DisableRollback>false</DisableRollback>
        <NotificationARNs/>
        <Capabilities><member>CAPABILITY_IAM</member><member>CAPABILITY_NAMED_IAM</member></Capabilities>
        <Tags><member><Key>team</Key><Value>platform</Value></member><member><Key>environment</Key><Value>production</Value></member></Tags>
        <EnableTerminationProtection>false</EnableTerminationProtection>
        <DriftInformation><StackDriftStatus>NOT_CHECKED</StackDriftStatus></DriftInformation>
        <LastOperations><member><OperationType>DELETE_STACK</OperationType></member></LastOperations>
      </member>
    </Stacks>
  </DescribeStacksResult>
  <ResponseMetadata><RequestId>b9b4b068-3a41-11e5-94eb-example</RequestId></ResponseMetadata>
</DescribeStacksResponse>`;

export const disconnectAnswer = JSON.stringify({
  arn: ids.server,
  sourceServerID: ids.sourceServer,
  agentVersion: '4.3.1',
  lastLaunchResult: 'NOT_STARTED',
  replicationDirection: 'FAILOVER',
  dataReplicationInfo: {
    dataReplicationState: 'DISCONNECTED',
    dataReplicationInitiation: { startDateTime: '2026-01-07T09:30:00.000000+00:00', steps: [] },
    replicatedDisks: [
      { deviceName: '/dev/xvda', totalStorageBytes: 0, replicatedStorageBytes: 0, rescannedStorageBytes: 0, backloggedStorageBytes: 0 },
    ],
    stagingAvailabilityZone: 'eu-central-1a',
  },
  lifeCycle: {
    addedToServiceDateTime: '2026-01-07T09:29:12.000000+00:00',
    firstByteDateTime: '2026-01-07T09:40:00.000000+00:00',
    lastSeenByServiceDateTime: '2026-11-23T02:59:40.000000+00:00',
    elapsedReplicationDuration: 'PT7679H',
  },
  recommendedInstanceType: 'm6i.large',
  sourceProperties: {
    lastUpdatedDateTime: '2026-11-23T02:59:40.000000+00:00',
    recommendedInstanceType: 'm6i.large',
    identificationHints: { fqdn: 'app-01.example.internal', hostname: 'app-01', vmWareUuid: '' },
    networkInterfaces: [{ macAddress: '02:00:00:00:00:01', ips: ['10.0.0.11'], isPrimary: true }],
    disks: [{ deviceName: '/dev/xvda', bytes: 107374182400 }],
    cpus: [{ cores: 4, modelName: 'Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz' }],
    ramBytes: 17179869184,
    os: { fullString: 'Linux version 5.15.0-91-generic' },
  },
  stagingArea: { status: 'NOT_EXTENDED' },
  tags: { Name: 'app-01' },
});
