"""Eight settings APIs of other products, to prove that a profile is enough to speak them.

No product here is CAN; each has a form like CAN's (App ID, App Secret, a switch) and was built
by other people. A module is a stub server, the YAML file beside it the profile that speaks it.
Where a fact comes from (public sources, read at the commit named; facts only, no code):

========== ======================================================================================
dataease   dataease/dataease 09e05f84: ``sdk/api/api-base/.../lark`` (paths, bodies),
           ``AuthConstant``, ``TokenFilter``, ``CommunityTokenFilter``, ``ResultMessage``,
           ``ResultCode``. The controller is not public.
metersphere metersphere/metersphere c7097715: ``frontend/src/api`` (paths, bodies, headers),
           ``larkModal.vue``, ``qrCodeConfig.vue``, ``ShiroConfig``, ``CsrfFilter``,
           ``ResultHolder``, ``RestControllerExceptionHandler``. The controller is not public.
cordys     1Panel-dev/CordysCRM cd8ee9fa: ``OrganizationSettingsController``,
           ``IntegrationConfigService``, ``AuthFilter``, ``CsrfFilter``, ``ResultHolder``,
           ``frontend/packages/lib-shared/api/http``.
jumpserver jumpserver/jumpserver 54b5d374: ``apps/settings`` (``SettingsApi``,
           ``FeiShuSettingSerializer``, ``FeiShuTestingAPI``), ``apps/common/drf``,
           ``apps/authentication/backends/drf.py``.
sqlbot     dataease/SQLBot 59ca0970: ``frontend/src/views/system/platform``, ``utils/request.ts``,
           ``middleware/auth.py``, ``response_middleware.py``. The back end is not public.
hengshi    api.hengshi.com/v5.2/authentication.html: the list of methods, the cookies, the
           envelope, the mapping fields. Everything else is assumed.
grafana    grafana/grafana: ``pkg/services/ssosettings`` (``api.go`` at 8bc87ea7, ``service.go``
           at db64da7a, ``models.go`` at 87eeef7d) and its documentation of the SSO settings API.
teable     help.teable.ai: ``post-space-authentication``, ``put-space-authentication``;
           teableio/teable c398cf4e: the shape of errors. No call that reads is documented.
========== ======================================================================================

What no source says is marked ``assumed`` at the line. The stubs are stricter than the products
in one way throughout: a header or a key of the body that nobody knows is refused, where most
products ignore it, because a test is to notice what a profile sends by mistake.
"""
