"""Custom domains in moto: API Gateway has one set of them, which Chalice reads and changes by two APIs.

moto keeps those of each API apart, and can't change the certificate of one.  Import this module before moto's server is
started, which is when moto collects its URLs.
"""

import json
from typing import Any

from moto.apigateway.models import DomainName, apigateway_backends
from moto.apigateway.responses import APIGatewayResponse
from moto.apigatewayv2.models import ApiGatewayV2Backend, ApiMapping
from moto.apigatewayv2.responses import ApiGatewayV2Response
from moto.apigatewayv2.urls import url_paths

NO_PATH = "(none)"
CHANGED = {"/regionalCertificateArn": "regional_certificate_arn", "/securityPolicy": "security_policy"}
TAGS = "{0}/v2/tags/(?P<resource_arn_pt1>[^/]+)/domainnames/(?P<resource_arn_pt2>[^/]+)$"


class DomainsModel(ApiGatewayV2Backend):
    """moto's model of API Gateway's second API in one region, which also knows the custom domains of the first."""

    __module__ = ApiGatewayV2Backend.__module__  # where moto looks for its URLs

    def _first(self) -> Any:  # noqa: ANN401  moto's own class, or a subclass
        return apigateway_backends[self.account_id][self.region_name]

    def get_api_mappings(self, domain_name: str) -> list[ApiMapping]:
        """The mappings of a domain, with empty keys where a mapping has no path."""
        if domain_name not in self._first().domain_names:
            return super().get_api_mappings(domain_name)
        return [
            ApiMapping(each.rest_api_id, each.base_path.replace(NO_PATH, ""), "only", domain_name, each.stage)
            for each in self._first().get_base_path_mappings(domain_name)
        ]

    def delete_domain_name(self, domain_name: str) -> None:
        """Delete a domain with its mappings."""
        if domain_name not in self._first().domain_names:
            super().delete_domain_name(domain_name)
            return
        for each in list(self._first().get_base_path_mappings(domain_name)):
            self._first().delete_base_path_mapping(domain_name, each.base_path)
        self._first().delete_domain_name(domain_name)


def update_domain_name(self: APIGatewayResponse) -> str:
    """UpdateDomainName: another certificate, or another version of TLS."""
    domain: DomainName = self.backend.get_domain_name(self.path.split("/")[2])
    for operation in json.loads(self.body)["patchOperations"]:
        setattr(domain, CHANGED[operation["path"]], operation["value"])
    return json.dumps(domain.to_json())


setattr(APIGatewayResponse, "update_domain_name", update_domain_name)  # noqa: B010  moto finds an operation by its name
url_paths[TAGS] = ApiGatewayV2Response.dispatch
