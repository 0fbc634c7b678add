import { Annotations, CustomResource, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { FLEET_DISCONNECTION, type FleetDisconnectionAttributes, type FleetDisconnectionProperties, REGION } from './contract';
import { checkAssumeRoleOptions } from './private/assume-role';
import { deleteBefore, drsAccount, propertiesOf } from './private/custom-resource-props';
import { LONG_SERVICE_TIMEOUT, teardownFunctionFor } from './private/provider';
import { declareOnce, validationError } from './private/validation';
import type { DisconnectionOptions } from './disconnection-options';
import type { SourceServerSelection } from './source-server-selection';
import type { TeardownFunction } from './teardown-function';

/**
 * Properties of a fleet disconnection.
 */
export interface FleetDisconnectionProps extends DisconnectionOptions {
  /**
   * Which source servers are disconnected. It is evaluated when the resource is deleted.
   */
  readonly selection: SourceServerSelection;

  /**
   * The Region that the source servers replicate to.
   *
   * @default - the Region of the stack
   */
  readonly region?: string;
}

/**
 * Disconnects a fleet of source servers from AWS Elastic Disaster Recovery (DRS) when the resource is deleted: those that are selected by then.
 *
 * Landing zones come before agents: deploying it succeeds though no server matches yet. Deleting it, with its stack or by an update that removes it,
 * disconnects every server that is selected at that moment, goes on past those that can't be disconnected, and fails if any is left, naming it.
 * Deleting again continues. A changed selection disconnects nobody, nor does a rollback.
 *
 * @see https://docs.aws.amazon.com/drs/latest/APIReference/API_DisconnectSourceServer.html
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { FleetDisconnection, SourceServerSelection } from 'cdk-drs';
 *
 * declare const stack: Stack;
 * new FleetDisconnection(stack, 'Fleet', {
 *   selection: SourceServerSelection.withTags({ 'landing-zone': 'payments' }),
 * });
 */
export class FleetDisconnection extends Construct {
  /**
   * How many source servers matched at the last deployment, or `UNKNOWN`.
   *
   * @attribute
   */
  public readonly matchingSourceServerCount: string;

  /** The function that does the work: the one that was passed, or the stack's default. */
  public readonly teardownFunction: TeardownFunction;

  /**
   * Declares that a fleet is disconnected when this resource is deleted.
   *
   * @param scope the construct that this one belongs to
   * @param id the ID of this construct
   * @param props which source servers, and how they are disconnected
   * @throws if the removal policy is `SNAPSHOT`, if STS would refuse the `assumeRoleOptions`, if the Region is malformed, if the selection is declared in this stack already,
   *   or if the teardown function is of another stack
   */
  constructor(scope: Construct, id: string, props: FleetDisconnectionProps) {
    super(scope, id);
    const { selection, region = Stack.of(this).region, ...options } = props;
    checkAssumeRoleOptions(this, props);
    this.teardownFunction = teardownFunctionFor(this, options);
    this.refuseMalformed(region);
    const tags = this.tagsOf(selection);
    if (!tags) {
      this.warnOfAll(options, region);
    }
    this.refuseTwice(tags, region, options);
    const properties: FleetDisconnectionProperties = {
      Region: region,
      ...(tags ? { Tags: tags } : { All: 'true' }),
      ...propertiesOf(options),
    };
    const resource = new CustomResource(this, 'Resource', {
      resourceType: FLEET_DISCONNECTION,
      serviceToken: this.teardownFunction.functionArn,
      serviceTimeout: LONG_SERVICE_TIMEOUT,
      removalPolicy: options.removalPolicy,
      properties: { ...properties },
    });
    this.teardownFunction._grantDisconnection(resource, options, { region, tags });
    deleteBefore(resource, options.stagingAreaDrain);

    const attribute: keyof FleetDisconnectionAttributes = 'MatchingSourceServerCount';
    this.matchingSourceServerCount = resource.getAttString(attribute);
  }

  /** Nothing but a selection that says so may ever be taken for "all". */
  private tagsOf({ _selects: selects }: SourceServerSelection): { [key: string]: string } | undefined {
    if (selects !== 'all' && (typeof selects !== 'object' || Object.keys(selects).length === 0)) {
      throw validationError(this, 'It is not clear which source servers are selected.', 'Use SourceServerSelection.withTags or .all().');
    }
    return selects === 'all' ? undefined : selects;
  }

  private refuseMalformed(region: string) {
    if (!Token.isUnresolved(region) && !REGION.test(region)) {
      throw validationError(this, `'${region}' is not a Region.`, 'Name one such as eu-central-1.');
    }
  }

  private refuseTwice(tags: { [key: string]: string } = {}, region: string, { assumeRole }: DisconnectionOptions) {
    const sorted = Object.entries(tags).sort(([one], [other]) => (one < other ? -1 : 1));
    const other = declareOnce(this, JSON.stringify([FLEET_DISCONNECTION, assumeRole?.roleArn, region, sorted]));
    if (other !== undefined) {
      throw validationError(
        this,
        `The same selection of source servers is declared in this stack already, by '${other}'.`,
        'Remove one of the two: deleting either would disconnect the servers that the other still declares.',
      );
    }
  }

  private warnOfAll(options: DisconnectionOptions, region: string) {
    const known = (name: string, otherwise: string) => (Token.isUnresolved(name) ? otherwise : name);
    const account = known(drsAccount(this, options), 'of the stack');
    Annotations.of(this).addWarningV2(
      'cdk-drs:fleetOfAll',
      `Deleting this resource disconnects every source server of account ${account} in Region ${known(region, 'of the stack')}, whoever installed it.`,
    );
  }
}
