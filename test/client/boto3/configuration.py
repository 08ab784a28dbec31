"""What hangs on a user pool or a client: attributes, secrets, resource servers, providers, domains, looks, terms, risk, logs."""

import base64
import hashlib
import hmac
import json

from common import *

idp = client("cognito-idp")
nobody = client("cognito-idp", **stranger())
POOLS = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/"
NO_POOL = REGION + "_Missing00"
NO_ID = "00000000-0000-4000-8000-000000000000"
PASSWORD = canary("secret", "Config-Canary-Word-61#")
USER = canary("name", "configured.person.3307")

pool = idp.create_user_pool(PoolName="configuration", UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"})["UserPool"]["Id"]
plain = idp.create_user_pool(PoolName="plain")["UserPool"]["Id"]
web = idp.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]


def no_pool(call, **parameters):
    refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", call, UserPoolId=NO_POOL, **parameters)


# Attributes and the certificate.
idp.add_custom_attributes(UserPoolId=pool, CustomAttributes=[{"Name": "level", "AttributeDataType": "Number", "Mutable": True}])
refused("InvalidParameterException", "custom:level: Existing attribute already has name custom:level.", idp.add_custom_attributes, UserPoolId=pool, CustomAttributes=[{"Name": "level", "AttributeDataType": "String"}])
denied("AccessDeniedException", "cognito-idp:AddCustomAttributes", POOLS + pool, nobody.add_custom_attributes, UserPoolId=pool, CustomAttributes=[{"Name": "x", "AttributeDataType": "String"}])
equal("last attribute", idp.describe_user_pool(UserPoolId=pool)["UserPool"]["SchemaAttributes"][-1]["Name"], "custom:level")
certificate = idp.get_signing_certificate(UserPoolId=pool)["Certificate"]
equal("certificate", (base64.b64decode(certificate)[0], idp.get_signing_certificate(UserPoolId=pool)["Certificate"]), (0x30, certificate))
no_pool(idp.get_signing_certificate)

# A secret is changed over.
keyed = idp.create_user_pool_client(UserPoolId=pool, ClientName="keyed", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])["UserPoolClient"]
idp.admin_create_user(UserPoolId=pool, Username=USER, MessageAction="SUPPRESS", UserAttributes=[{"Name": "custom:level", "Value": "7"}])
idp.admin_set_user_password(UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True)


def sign_in(secret):
    mark = base64.b64encode(hmac.new(secret.encode(), (USER + keyed["ClientId"]).encode(), hashlib.sha256).digest()).decode()
    parameters = {"USERNAME": USER, "PASSWORD": PASSWORD, "SECRET_HASH": canary("secret", mark)}
    return {"ClientId": keyed["ClientId"], "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}


old = canary("secret", keyed["ClientSecret"])
added = idp.add_user_pool_client_secret(UserPoolId=pool, ClientId=keyed["ClientId"])
new = canary("secret", added["ClientSecretDescriptor"]["ClientSecretValue"])
refused("LimitExceededException", "Client secrets cannot exceed limit of 2 secrets.", idp.add_user_pool_client_secret, UserPoolId=pool, ClientId=keyed["ClientId"])
secrets = idp.list_user_pool_client_secrets(UserPoolId=pool, ClientId=keyed["ClientId"])["ClientSecrets"]
equal("secrets", [sorted(s) for s in secrets], [["ClientSecretCreateDate", "ClientSecretId"]] * 2)
no_pool(idp.list_user_pool_client_secrets, ClientId=keyed["ClientId"])
for secret in (old, new):
    for token in ("AccessToken", "IdToken", "RefreshToken"):
        canary("secret", idp.initiate_auth(**sign_in(secret))["AuthenticationResult"][token])
idp.delete_user_pool_client_secret(UserPoolId=pool, ClientId=keyed["ClientId"], ClientSecretId=secrets[0]["ClientSecretId"])
refused("NotAuthorizedException", f"Unable to verify secret hash for client {keyed['ClientId']}", idp.initiate_auth, **sign_in(old))
refused("InvalidParameterException", "Cannot delete the only client secret.", idp.delete_user_pool_client_secret, UserPoolId=pool, ClientId=keyed["ClientId"], ClientSecretId=secrets[1]["ClientSecretId"])

# Resource servers.
API = "https://api.example.com"
refused("ScopeDoesNotExistException", f"Scope {API}/read does not exist.", idp.update_user_pool_client, UserPoolId=pool, ClientId=web, AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid", API + "/read"])
idp.create_resource_server(UserPoolId=pool, Identifier=API, Name="api", Scopes=[{"ScopeName": "read", "ScopeDescription": "may read"}])
refused("InvalidParameterException", f"{API} already exists in user pool {pool}.", idp.create_resource_server, UserPoolId=pool, Identifier=API, Name="api")
idp.update_user_pool_client(UserPoolId=pool, ClientId=web, AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid", API + "/read"])
equal("scope", idp.describe_resource_server(UserPoolId=pool, Identifier=API)["ResourceServer"]["Scopes"], [{"ScopeName": "read", "ScopeDescription": "may read"}])
refused("ResourceNotFoundException", "Resource server none does not exist.", idp.describe_resource_server, UserPoolId=pool, Identifier="none")
equal("no scope", idp.update_resource_server(UserPoolId=pool, Identifier=API, Name="API")["ResourceServer"]["Scopes"], [])
refused("ResourceNotFoundException", "Resource server none does not exist.", idp.update_resource_server, UserPoolId=pool, Identifier="none", Name="x")
idp.create_resource_server(UserPoolId=pool, Identifier="second", Name="second")
pages = list(idp.get_paginator("list_resource_servers").paginate(UserPoolId=pool, PaginationConfig={"PageSize": 1}))
equal("resource servers of all pages", [s["Identifier"] for p in pages for s in p["ResourceServers"]], [API, "second"])
no_pool(idp.list_resource_servers)
idp.delete_resource_server(UserPoolId=pool, Identifier=API)
refused("ResourceNotFoundException", f"Resource server {API} does not exist.", idp.delete_resource_server, UserPoolId=pool, Identifier=API)

# Identity providers.
KEY = canary("secret", "Provider-Canary-Secret-62")
provider = idp.create_identity_provider(
    UserPoolId=pool, ProviderName="corp", ProviderType="OIDC", AttributeMapping={"email": "email"}, IdpIdentifiers=["example.com"],
    ProviderDetails={"client_id": "cogtrail", "client_secret": KEY, "authorize_scopes": "openid", "oidc_issuer": "https://idp.example.com", "attributes_request_method": "GET"},
)
refused("InvalidParameterException", "client_id, client_secret and authorize_scopes are all required idp details", idp.create_identity_provider, UserPoolId=pool, ProviderName="Google", ProviderType="Google", ProviderDetails={"client_secret": KEY})
refused("InvalidParameterException", f"The provider Google does not exist for User Pool {pool}.", idp.update_user_pool_client, UserPoolId=pool, ClientId=web, SupportedIdentityProviders=["Google"])
idp.update_user_pool_client(UserPoolId=pool, ClientId=web, SupportedIdentityProviders=["COGNITO", "corp"])
described = idp.describe_identity_provider(UserPoolId=pool, ProviderName="corp")["IdentityProvider"]
equal("details", (described["ProviderDetails"]["client_secret"], described["ProviderDetails"]["attributes_url_add_attributes"], described["AttributeMapping"]), (KEY, "false", {"email": "email", "username": "sub"}))
refused("ResourceNotFoundException", "Identity provider none does not exist.", idp.describe_identity_provider, UserPoolId=pool, ProviderName="none")
equal("by identifier", idp.get_identity_provider_by_identifier(UserPoolId=pool, IdpIdentifier="example.com")["IdentityProvider"]["ProviderName"], "corp")
refused("ResourceNotFoundException", "Identity provider none does not exist.", idp.get_identity_provider_by_identifier, UserPoolId=pool, IdpIdentifier="none")
idp.update_identity_provider(UserPoolId=pool, ProviderName="corp", AttributeMapping={"email": "mail"})
refused("InvalidParameterException", "AttributeMapping contains invalid mapping: [custom:none]", idp.update_identity_provider, UserPoolId=pool, ProviderName="corp", AttributeMapping={"custom:none": "x"})
equal("providers", [(p["ProviderName"], p["ProviderType"]) for p in idp.list_identity_providers(UserPoolId=pool)["Providers"]], [("corp", "OIDC")])
no_pool(idp.list_identity_providers)

# Links to their users.
idp.admin_create_user(UserPoolId=pool, Username="linked", MessageAction="SUPPRESS")
subject = {"ProviderName": "corp", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": canary("name", "Subject-Canary-of-a-Link-17")}
local = {"ProviderName": "Cognito", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "linked"}
idp.admin_link_provider_for_user(UserPoolId=pool, DestinationUser=local, SourceUser=subject)
refused("InvalidParameterException", "SourceUser is already linked to DestinationUser", idp.admin_link_provider_for_user, UserPoolId=pool, DestinationUser=local, SourceUser=subject)
shown = {a["Name"]: a["Value"] for a in idp.admin_get_user(UserPoolId=pool, Username="linked")["UserAttributes"]}
identity = json.loads(shown["identities"])[0]
equal("identities", ({k: v for k, v in identity.items() if k != "dateCreated"}, type(identity["dateCreated"])), ({"userId": subject["ProviderAttributeValue"], "providerName": "corp", "providerType": "OIDC", "issuer": None, "primary": False}, int))
idp.admin_disable_provider_for_user(UserPoolId=pool, User=subject)
refused("UserNotFoundException", "User does not exist.", idp.admin_disable_provider_for_user, UserPoolId=pool, User=subject)
equal("no identities", "identities" in {a["Name"] for a in idp.admin_get_user(UserPoolId=pool, Username="linked")["UserAttributes"]}, False)
idp.admin_disable_provider_for_user(UserPoolId=pool, User=local)
equal("without a password", idp.admin_get_user(UserPoolId=pool, Username="linked")["UserStatus"], "EXTERNAL_PROVIDER")
idp.delete_identity_provider(UserPoolId=pool, ProviderName="corp")
refused("ResourceNotFoundException", "Identity provider corp does not exist.", idp.delete_identity_provider, UserPoolId=pool, ProviderName="corp")

# Looks need a domain; domains.
NO_DOMAIN = "There has to be an existing domain associated with this user pool"
refused("InvalidParameterException", NO_DOMAIN, idp.get_ui_customization, UserPoolId=pool)
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/0a1b2c3d-0000-4000-8000-000000000000"
equal("unknown domain", idp.describe_user_pool_domain(Domain="shop")["DomainDescription"], {})
denied("AccessDeniedException", "cognito-idp:DescribeUserPoolDomain", "*", nobody.describe_user_pool_domain, Domain="shop")
idp.create_user_pool_domain(UserPoolId=pool, Domain="shop")
custom = idp.create_user_pool_domain(UserPoolId=pool, Domain="auth.example.com", ManagedLoginVersion=2, CustomDomainConfig={"CertificateArn": CERTIFICATE})
refused("InvalidParameterException", "Domain cannot contain reserved word: cognito", idp.create_user_pool_domain, UserPoolId=plain, Domain="newcognito")
refused("InvalidParameterException", "Domain already associated with another user pool.", idp.create_user_pool_domain, UserPoolId=plain, Domain="shop")
got = idp.describe_user_pool_domain(Domain="auth.example.com")["DomainDescription"]
equal("domain", (got["Status"], got["UserPoolId"], got["CloudFrontDistribution"], got["CustomDomainConfig"]), ("ACTIVE", pool, custom["CloudFrontDomain"], {"CertificateArn": CERTIFICATE}))
got = idp.describe_user_pool(UserPoolId=pool)["UserPool"]
equal("domains of the pool", (got["Domain"], got["CustomDomain"]), ("shop", "auth.example.com"))
equal("version", idp.update_user_pool_domain(UserPoolId=pool, Domain="shop", ManagedLoginVersion=2)["ManagedLoginVersion"], 2)
refused("InvalidParameterException", "No such domain or user pool exists.", idp.update_user_pool_domain, UserPoolId=plain, Domain="shop", ManagedLoginVersion=2)
look = idp.set_ui_customization(UserPoolId=pool, CSS=".logo-customizable { max-width: 60% }", ImageFile=b"\x89PNG\r\n\x1a\n" + b"x" * 100)["UICustomization"]
equal("look", (look["ClientId"], look["CSS"]), ("ALL", ".logo-customizable { max-width: 60% }"))
refused("InvalidParameterException", "Invalid CSS: @ is not allowed", idp.set_ui_customization, UserPoolId=pool, CSS="@import 'x';")
equal("look of a client", idp.get_ui_customization(UserPoolId=pool, ClientId=web)["UICustomization"]["CSSVersion"], look["CSSVersion"])
idp.delete_user_pool_domain(UserPoolId=pool, Domain="shop")
refused("InvalidParameterException", "No such domain or user pool exists.", idp.delete_user_pool_domain, UserPoolId=pool, Domain="shop")
refused("InvalidParameterException", "User pool cannot be deleted. It has a domain configured that should be deleted first.", idp.delete_user_pool, UserPoolId=pool)

# Managed login.
style = idp.create_managed_login_branding(UserPoolId=pool, ClientId=web, Settings={"components": {"form": {"borderRadius": 8}}}, Assets=[{"Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": b"\x89PNG\r\n\x1a\n"}])["ManagedLoginBranding"]
LARGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2700
large = idp.create_managed_login_branding(UserPoolId=pool, ClientId=keyed["ClientId"], Assets=[{"Category": "PAGE_BACKGROUND", "ColorMode": "DARK", "Extension": "PNG", "Bytes": LARGE}])["ManagedLoginBranding"]
equal("large asset", idp.describe_managed_login_branding(UserPoolId=pool, ManagedLoginBrandingId=large["ManagedLoginBrandingId"])["ManagedLoginBranding"]["Assets"][0]["Bytes"] == LARGE, True)
idp.delete_managed_login_branding(UserPoolId=pool, ManagedLoginBrandingId=large["ManagedLoginBrandingId"])
refused("ManagedLoginBrandingExistsException", f"Managed login branding already exists for user pool client {web}.", idp.create_managed_login_branding, UserPoolId=pool, ClientId=web, UseCognitoProvidedValues=True)
same = idp.describe_managed_login_branding(UserPoolId=pool, ManagedLoginBrandingId=style["ManagedLoginBrandingId"])["ManagedLoginBranding"]
equal("style", (same["Settings"], same["Assets"][0]["Bytes"]), ({"components": {"form": {"borderRadius": 8}}}, b"\x89PNG\r\n\x1a\n"))
refused("ResourceNotFoundException", f"Managed login branding {NO_ID} does not exist.", idp.describe_managed_login_branding, UserPoolId=pool, ManagedLoginBrandingId=NO_ID)
equal("style of a client", idp.describe_managed_login_branding_by_client(UserPoolId=pool, ClientId=web)["ManagedLoginBranding"], same)
refused("ResourceNotFoundException", f"Managed login branding for user pool client {keyed['ClientId']} does not exist.", idp.describe_managed_login_branding_by_client, UserPoolId=pool, ClientId=keyed["ClientId"])
equal("provided", idp.update_managed_login_branding(UserPoolId=pool, ManagedLoginBrandingId=style["ManagedLoginBrandingId"], UseCognitoProvidedValues=True)["ManagedLoginBranding"]["UseCognitoProvidedValues"], True)
refused("InvalidParameterException", "Settings is not a valid managed login branding document.", idp.update_managed_login_branding, UserPoolId=pool, ManagedLoginBrandingId=style["ManagedLoginBrandingId"], Settings={"scripts": {}})
idp.delete_managed_login_branding(UserPoolId=pool, ManagedLoginBrandingId=style["ManagedLoginBrandingId"])
refused("ResourceNotFoundException", f"Managed login branding {style['ManagedLoginBrandingId']} does not exist.", idp.delete_managed_login_branding, UserPoolId=pool, ManagedLoginBrandingId=style["ManagedLoginBrandingId"])

# Terms.
use = {"UserPoolId": pool, "ClientId": web, "TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE", "Links": {"cognito:default": "https://example.com/terms"}}
terms = idp.create_terms(**use)["Terms"]
refused("TermsExistsException", f"Terms terms-of-use already exists for user pool client {web}.", idp.create_terms, **use)
equal("terms", idp.describe_terms(UserPoolId=pool, TermsId=terms["TermsId"])["Terms"], terms)
refused("ResourceNotFoundException", f"Terms {NO_ID} does not exist.", idp.describe_terms, UserPoolId=pool, TermsId=NO_ID)
equal("new name", idp.update_terms(UserPoolId=pool, TermsId=terms["TermsId"], TermsName="privacy-policy")["Terms"]["TermsName"], "privacy-policy")
refused("InvalidParameterException", "Links must be http or https addresses.", idp.update_terms, UserPoolId=pool, TermsId=terms["TermsId"], Links={"cognito:default": "javascript:alert(1)"})
equal("all terms", [d["TermsName"] for d in idp.list_terms(UserPoolId=pool)["Terms"]], ["privacy-policy"])
no_pool(idp.list_terms)
idp.delete_terms(UserPoolId=pool, TermsId=terms["TermsId"])
refused("ResourceNotFoundException", f"Terms {terms['TermsId']} does not exist.", idp.delete_terms, UserPoolId=pool, TermsId=terms["TermsId"])

# Risk and logs.
risk = {"BlockedIPRangeList": ["192.0.2.0/24"]}
equal("risk", idp.set_risk_configuration(UserPoolId=pool, RiskExceptionConfiguration=risk)["RiskConfiguration"]["RiskExceptionConfiguration"], risk)
equal("same risk", idp.describe_risk_configuration(UserPoolId=pool)["RiskConfiguration"]["RiskExceptionConfiguration"], risk)
OFF = "Threat Protection is not enabled for this user pool."
refused("UserPoolAddOnNotEnabledException", OFF, idp.set_risk_configuration, UserPoolId=plain, RiskExceptionConfiguration=risk)
refused("UserPoolAddOnNotEnabledException", OFF, idp.describe_risk_configuration, UserPoolId=plain)
logs = [{"EventSource": "userNotification", "LogLevel": "ERROR", "CloudWatchLogsConfiguration": {"LogGroupArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:errors"}}]
equal("logs", idp.set_log_delivery_configuration(UserPoolId=pool, LogConfigurations=logs)["LogDeliveryConfiguration"]["LogConfigurations"], logs)
equal("same logs", idp.get_log_delivery_configuration(UserPoolId=pool)["LogDeliveryConfiguration"]["LogConfigurations"], logs)
refused("InvalidParameterException", "LogLevel must be ERROR for EventSource userNotification.", idp.set_log_delivery_configuration, UserPoolId=pool, LogConfigurations=[dict(logs[0], LogLevel="INFO")])
no_pool(idp.get_log_delivery_configuration)

# What the records hold.
r = record_of(provider["ResponseMetadata"]["RequestId"])
shown = {"client_id": "cogtrail", "client_secret": HIDDEN, "authorize_scopes": "openid", "oidc_issuer": "https://idp.example.com", "attributes_request_method": "GET"}
equal("CreateIdentityProvider: requestParameters", r["requestParameters"]["providerDetails"], shown)
equal("CreateIdentityProvider: responseElements", r["responseElements"]["identityProvider"]["providerDetails"], dict(shown, attributes_url_add_attributes="false"))
r = record_of(added["ResponseMetadata"]["RequestId"])
equal("AddUserPoolClientSecret: requestParameters", r["requestParameters"], {"userPoolId": pool, "clientId": keyed["ClientId"]})
equal("AddUserPoolClientSecret: secret", r["responseElements"]["clientSecretDescriptor"]["clientSecretValue"], HIDDEN)

close({"cognito-idp": "cognito-idp"})
