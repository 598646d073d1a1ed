"""AWS list prices in us-east-1, in dollars, each with its page and the date of the copy that was read.

Other regions differ, most by 0 to 30 %; the same pages show their prices.  ``free`` is the part of the free tier that
never expires; what is free for a year, or by credits, is not counted.
"""

from dataclasses import dataclass

REGION = "us-east-1"
MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """A price of ``dollars`` for ``per`` units; the first ``free`` units of a month cost nothing."""

    part: str
    dollars: float
    unit: str
    page: str
    dated: str
    per: float = 1
    free: float = 0

    def of(self, quantity: float) -> float:
        """The list price of a quantity."""
        return quantity * self.dollars / self.per

    def off(self, quantity: float) -> float:
        """How much of it the free tier takes off."""
        return self.of(min(quantity, self.free))


DYNAMODB = "aws.amazon.com/dynamodb/pricing/on-demand"
LAMBDA = "aws.amazon.com/lambda/pricing"
CLOUDWATCH = "aws.amazon.com/cloudwatch/pricing"
CLOUDFRONT = "aws.amazon.com/cloudfront/pricing"
WAF = "aws.amazon.com/waf/pricing"

PRICES = {
    "gateway": Price(
        "API Gateway (REST)", 3.50, "requests", "aws.amazon.com/api-gateway/pricing", "December 2025", per=MILLION
    ),
    "calls": Price("Lambda, requests", 0.20, "requests", LAMBDA, "December 2025", per=MILLION, free=MILLION),
    "seconds": Price("Lambda, time (arm64)", 0.0000133334, "GB-seconds", LAMBDA, "December 2025", free=400_000),
    "writes": Price("DynamoDB, writes", 0.625, "write units", DYNAMODB, "July 2025", per=MILLION),
    "reads": Price("DynamoDB, reads", 0.125, "read units", DYNAMODB, "July 2025", per=MILLION),
    "stored": Price("DynamoDB, storage", 0.25, "GB-months", DYNAMODB, "July 2025", free=25),
    "backup": Price("DynamoDB, point-in-time recovery", 0.20, "GB-months", DYNAMODB, "2025"),
    "logs": Price("CloudWatch, logs ingested", 0.50, "GB", CLOUDWATCH, "February 2026", free=5),
    "logs_stored": Price("CloudWatch, logs stored", 0.03, "GB-months", CLOUDWATCH, "February 2026", free=5),
    "metrics": Price("CloudWatch, custom metrics", 0.30, "metrics", CLOUDWATCH, "February 2026", free=10),
    "alarms": Price("CloudWatch, alarms", 0.10, "alarms", CLOUDWATCH, "February 2026", free=10),
    "secret": Price(
        "Systems Manager, a standard parameter", 0.0, "parameter", "aws.amazon.com/systems-manager/pricing", "2025"
    ),
    "mail": Price("SNS, mail", 2.00, "mails", "aws.amazon.com/sns/pricing", "2025", per=100_000, free=1_000),
    "out": Price("Data to the internet", 0.09, "GB", "aws.amazon.com/ec2/pricing/on-demand", "December 2025", free=100),
    "cdn": Price(
        "CloudFront, requests", 0.01, "HTTPS requests", CLOUDFRONT, "March 2026", per=10_000, free=10 * MILLION
    ),
    "cdn_out": Price("CloudFront, data to the internet", 0.085, "GB", CLOUDFRONT, "March 2026", free=1_000),
    "invalidations": Price("CloudFront, invalidation paths", 0.005, "paths", CLOUDFRONT, "April 2025", free=1_000),
    "waf": Price("WAF, a web ACL with one rule", 6.00, "web ACL", WAF, "2026"),
    "waf_requests": Price("WAF, requests", 0.60, "requests", WAF, "2026", per=MILLION),
}
