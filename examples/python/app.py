#!/usr/bin/env python3
"""A landing zone that goes as a whole: its source servers, what DRS runs for them, and their network.

npx cdk deploy -c landingZone=payments
"""

import os

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from cdk_drs import FleetDisconnection, RecoveryInstancePolicy, SourceServerSelection, StagingAreaDrain
from constructs import Construct


class LandingZoneStack(cdk.Stack):
    """A network to replicate into, and what empties it before it is deleted."""

    def __init__(self, scope: Construct, construct_id: str, *, landing_zone: str, **kwargs) -> None:
        super().__init__(scope, construct_id, **kwargs)
        vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[ec2.SubnetConfiguration(name="Staging", subnet_type=ec2.SubnetType.PUBLIC)],
        )
        # Deleted in the opposite order: the fleet first, then the drain, which waits until DRS has left, and then the VPC.
        staging_area_drain = StagingAreaDrain(self, "StagingAreaDrain", vpc=vpc)
        fleet = FleetDisconnection(
            self,
            "Fleet",
            selection=SourceServerSelection.with_tags({"landing-zone": landing_zone}),
            # Drills may go with the landing zone. A real recovery makes the deletion fail, and is never touched.
            recovery_instance_policy=RecoveryInstancePolicy.TERMINATE_DRILLS,
            staging_area_drain=staging_area_drain,
        )
        cdk.CfnOutput(self, "MatchingSourceServers", value=fleet.matching_source_server_count)


app = cdk.App()
LandingZoneStack(
    app,
    "LandingZone",
    # Known to the CDK, so that it looks up the Availability Zones once and for all.
    env=cdk.Environment(account=os.getenv("CDK_DEFAULT_ACCOUNT"), region=os.getenv("CDK_DEFAULT_REGION")),
    landing_zone=app.node.get_context("landingZone"),
)
app.synth()
