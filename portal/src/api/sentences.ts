import { translate } from '../i18n/index.ts';

/** The few sentences for which no answer of the API exists. */
export const sentences = {
  network: () => ({ title: translate('problem.network'), detail: translate('problem.networkDetail') }),
  blocked: () => ({ title: translate('problem.blocked'), detail: translate('problem.blockedDetail') }),
  tooMany: () => ({ title: translate('problem.tooMany'), detail: translate('problem.tooManyDetail') }),
  unavailable: () => ({
    title: translate('problem.unavailable'),
    detail: translate('problem.unavailableDetail'),
  }),
};
