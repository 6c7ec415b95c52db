import {
  CfnApi,
  CfnApiMapping,
  CfnDomainName,
  CfnIntegration,
  CfnRoute,
  CfnStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FlowDeclaration, routeKey } from '#contract/flow.ts';
import { acknowledge } from '../exceptions.ts';
import { aliasArn, arn, prefix } from '../names.ts';
import type { Stage } from '../stage.ts';
import { timeoutSeconds } from './flow-function.ts';
import { logRemoval } from './log-removal.ts';

/**
 * One line per request. The log names the route key instead of the path, whose ids are handles to open tickets
 * (DATA-01), and leaves out the caller's address and user agent, which it does not need.
 */
const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  routeKey: '$context.routeKey',
  status: '$context.status',
  protocol: '$context.protocol',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
});

/** The HTTP API: one integration and one permission per function, one route per route of the contracts. */
export class FlowApi extends Construct {
  readonly apiId: string;
  /** The host that accepts requests for the own domain: CloudFront calls it, with the viewer's Host header. */
  readonly regionalHost: string | undefined;
  readonly stageName = '$default';

  constructor(
    scope: Construct,
    id: string,
    { stage, flows }: { stage: Stage; flows: readonly FlowDeclaration[] },
  ) {
    super(scope, id);
    const api = new CfnApi(this, 'Api', {
      name: prefix(stage),
      protocolType: 'HTTP',
      description: 'Login, identity and accounts',
      // With an own domain the default address would be a second entrance that nobody watches.
      disableExecuteApiEndpoint: stage.domain !== undefined,
    });
    this.apiId = api.ref;
    for (const flow of flows) this.addFunction(api, stage, flow);

    const accessLog = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/apigateway/${prefix(stage)}`,
      retention: stage.logRetentionDays,
      removalPolicy: logRemoval(stage),
    });
    const deployed = new CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: this.stageName,
      autoDeploy: true,
      accessLogSettings: {
        // The log group's own ARN attribute ends in `:*`; API Gateway would store it without that and report drift.
        destinationArn: arn('logs', `log-group:${accessLog.logGroupName}`),
        format: accessLogFormat,
      },
      defaultRouteSettings: {
        throttlingRateLimit: stage.throttling.requestsPerSecond,
        throttlingBurstLimit: stage.throttling.burst,
        // By route they cost as much as all else that watches; ours by flow, and the log by route, tell as much.
        detailedMetricsEnabled: false,
      },
    });
    this.regionalHost = stage.domain && this.addDomain(api, deployed, stage.domain);
  }

  private addFunction(api: CfnApi, stage: Stage, flow: FlowDeclaration): void {
    if (!flow.routes) return;
    const live = aliasArn(stage, flow.name);
    const integration = new CfnIntegration(this, `${flow.name}-integration`, {
      apiId: api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: live,
      payloadFormatVersion: '2.0',
      timeoutInMillis: (timeoutSeconds(flow) + 1) * 1000,
    });
    for (const [step, declared] of Object.entries(flow.routes)) {
      const route = new CfnRoute(this, `${flow.name}-${step}`, {
        apiId: api.ref,
        routeKey: routeKey(declared),
        target: `integrations/${integration.ref}`,
        authorizationType: 'NONE',
      });
      acknowledge(
        route,
        'AwsSolutions-APIG4',
        `Access '${declared.access}' is judged in the function (tokens, refresh cookie or channel assertion), on the tables, so that ending a session or a relation bites at once.`,
      );
    }
    new CfnPermission(this, `${flow.name}-permission`, {
      action: 'lambda:InvokeFunction',
      functionName: live,
      principal: 'apigateway.amazonaws.com',
      sourceArn: arn('execute-api', `${api.ref}/*/*`),
    });
  }

  private addDomain(
    api: CfnApi,
    deployed: CfnStage,
    { name, certificateArn }: NonNullable<Stage['domain']>,
  ): string {
    const domain = new CfnDomainName(this, 'Domain', {
      domainName: name,
      domainNameConfigurations: [{ certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' }],
    });
    const mapping = new CfnApiMapping(this, 'DomainMapping', {
      apiId: api.ref,
      domainName: domain.ref,
      stage: deployed.ref,
    });
    mapping.addResourceDependency(domain);
    return domain.attrRegionalDomainName;
  }
}
