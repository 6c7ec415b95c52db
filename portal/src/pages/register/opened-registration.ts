/** What later steps need of the typed number: the password must not contain it (PWD-2). */
export interface OpenRegistration {
  readonly registrationId: string;
  readonly faceRequired: boolean;
  readonly documentNumber: string;
}
