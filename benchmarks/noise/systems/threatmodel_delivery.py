"""How a company builds and ships its programs: repository, builders, registry, two clusters."""

from typing import Any

from pytest_threatmodel import (
    TM,
    Actor,
    Boundary,
    Classification,
    Data,
    Dataflow,
    Datastore,
    ExternalEntity,
    Process,
    Server,
    TLSVersion,
)

tm = TM("Delivery", description="From a change on a laptop to a program in production, ten times a day.")

internet = Boundary("Internet")
office = Boundary("Office")
build_net = Boundary("Build network")
production = Boundary("Production")

source = Data("Source code", classification=Classification.SENSITIVE)
artifact = Data("Image", classification=Classification.SENSITIVE)
deploy_key = Data("Deploy key", description="Never changed.", classification="TOP_SECRET", isCredentials=True)
package = Data("Package", description="Of others, from public registries.", classification=Classification.PUBLIC)

developer = Actor("Developer", inBoundary=office)
developer.isDeveloper = True
developer.controls.usesManagedDevice = True
outsider = Actor("Contributor", inBoundary=internet)
registry = ExternalEntity("Public package registry", inBoundary=internet)

forge = Server("Code forge", inBoundary=build_net, OS="Linux", usesSessionTokens=True)
forge.description = (
    "Hosted by the company. Sign-in by OIDC and a second factor. The main branch can be pushed to without a review; "
    "commits are not signed. Contributors outside open pull requests, which are built."
)
forge.controls.isHardened = True
forge.controls.validatesInput = True
forge.controls.encodesOutput = True
forge.controls.implementsCSRFToken = True
forge.controls.usesParameterizedInput = True
forge.controls.authenticatesSource = True
forge.controls.authorizesSource = True
forge.controls.authenticationScheme = "OIDC"
forge.controls.implementsNonce = True
forge.controls.authenticatesDestination = True
forge.controls.usesMFA = True
forge.controls.usesStrongSessionIdentifiers = True
forge.controls.verifySessionIdentifiers = True
forge.controls.handlesResourceConsumption = True
forge.controls.disablesiFrames = True
forge.controls.implementsPOLP = True
forge.controls.definesConnectionTimeout = True
forge.hasAdminFunctions = True
forge.controls.recordsActor = True
forge.controls.removesUnusedAccounts = True
forge.controls.usesPKCE = True
forge.controls.verifiesTokens = True
forge.controls.checksTokenAudience = True
forge.controls.restrictsRedirects = True
forge.controls.renewsSessionAtLogin = True
forge.controls.revokesSessions = True
forge.controls.setsCookieFlags = True
forge.isInternetFacing = True
forge.isCodeRepository = True
forge.controls.scansForSecrets = True

runner = Process("Build runner", inBoundary=build_net, codeType="Managed", usesEnvironmentVariables=True)
runner.description = (
    "One machine for all projects, never cleaned, also for pull requests of contributors. Secrets of deployment are in "
    "its environment and show up in logs. Actions of others are used by tag. Packages by name, without a lock file, "
    "internal names and public ones from one mirror. It may reach the whole internet."
)
runner.controls.handlesCrashes = True
runner.controls.handlesInterruptions = True
runner.controls.isHardened = True
runner.controls.authenticatesSource = True
runner.controls.authorizesSource = True
runner.controls.handlesResourceConsumption = True
runner.keepsSecretsInConfiguration = True
runner.usesServiceAccount = True
runner.sharesRuntime = True
runner.runsBuilds = True
runner.buildsPullRequests = True
runner.usesThirdPartyBuildSteps = True
runner.sharesBuildAgents = True
runner.usesThirdPartyPackages = True
runner.usesInternalPackages = True
runner.controls.reviewsDependencies = True
runner.hasInternetAccess = True

images = Datastore("Image registry", inBoundary=build_net, isSQL=False, isShared=True, hasWriteAccess=True)
images.description = "Tags can be overwritten. Images are neither signed nor scanned, and no list of parts is kept."
images.controls.isEncryptedAtRest = True
images.controls.hasAccessControl = True
images.controls.authenticatesSource = True
images.controls.isResilient = True
images.controls.isHardened = True
images.controls.implementsPOLP = True
images.isArtifactRegistry = True

deployer = Process("Deployer", inBoundary=production, codeType="Managed")
deployer.description = "Rolls out what the registry has under a tag, by itself; it is admin of the cluster. No record."
deployer.controls.handlesCrashes = True
deployer.controls.handlesInterruptions = True
deployer.controls.authenticatesSource = True
deployer.controls.authorizesSource = True
deployer.controls.validatesInput = True
deployer.controls.isHardened = True
deployer.usesServiceAccount = True
deployer.controls.usesVault = True
deployer.runsBuilds = True
deployer.controls.usesPullDeployment = True

vault = Datastore("Secret store", inBoundary=production, isSQL=False, storesSensitiveData=True)
vault.description = "Encrypted, access by role; secrets are never rotated, and reading them is not recorded."
vault.controls.isEncryptedAtRest = True
vault.controls.hasAccessControl = True
vault.controls.authenticatesSource = True
vault.controls.isResilient = True
vault.controls.isHardened = True
vault.controls.implementsPOLP = True
vault.isVault = True
vault.storesKeys = True
vault.controls.usesKeyManagement = True
vault.controls.keepsKeyCopies = True

program = Server("Production service", inBoundary=production, OS="Linux")
program.description = "What is shipped; stands for each of the company's services."
program.controls.isHardened = True
program.controls.validatesInput = True
program.controls.authenticatesSource = True
program.controls.authorizesSource = True
program.controls.handlesResourceConsumption = True
program.controls.implementsPOLP = True
program.controls.usesParameterizedInput = True
program.controls.encodesOutput = True
program.isCustomDeveloped = True

TLS: dict[str, Any] = {"protocol": "HTTPS", "dstPort": 443, "tlsVersion": TLSVersion.TLSv13}
push = Dataflow(developer, forge, "Push", protocol="SSH", dstPort=22, data=source)
propose = Dataflow(outsider, forge, "Propose change", data=source, **TLS)
build = Dataflow(forge, runner, "Build", data=source, **TLS)
fetch = Dataflow(registry, runner, "Fetch packages", data=package, **TLS)
publish = Dataflow(runner, images, "Publish image", data=[artifact, deploy_key], **TLS)
pull = Dataflow(images, deployer, "Pull image", data=artifact, **TLS)
pull.isDeployment = True
secret = Dataflow(deployer, vault, "Read secrets", data=deploy_key, **TLS)
roll_out = Dataflow(deployer, program, "Roll out", data=artifact, **TLS)
roll_out.isDeployment = True

for flow in (push, propose, build, fetch, publish, pull, secret, roll_out):
    flow.controls.isEncrypted = True
for flow in (build, publish, pull, secret, roll_out):
    flow.controls.authenticatesSource = True
