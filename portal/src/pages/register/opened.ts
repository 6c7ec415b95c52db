/** What later steps need of the number typed: the password may not hold it (PWD-2). */
export interface Opened {
  readonly registrationId: string;
  readonly faceRequired: boolean;
  readonly documentNumber: string;
}
