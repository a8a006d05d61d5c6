/** A collector's enrolment as far as an agent sees it: signs what it is asked to, unless a test says otherwise. */
import type { status } from '@grpc/grpc-js';
import type { CertificateReply, JoinReply, JoinRequest, RenewRequest } from '../../shared/wire/enrolment-codec.ts';
import { enrolmentService } from '../../shared/wire/enrolment-service.ts';
import { tokenText } from '../../shared/wire/enrolment-token.ts';
import type { TestAuthority } from '../shared/test-authority.ts';

type Answer = (error: { code: status; details: string } | null, reply?: JoinReply) => void;

export class EnrolmentDesk {
  readonly asked: JoinRequest[] = [];
  renewals = 0;
  /** How many times somebody has to wait. */
  pending = 0;
  /** What joins are refused with. */
  refusal: { code: status; details: string } | null = null;
  /** What renewals are refused with. */
  renewalRefusal: { code: status; details: string } | null = null;
  /** Validity of what is signed, days from now. */
  days: readonly [number, number] = [-1, 29];
  roots: readonly Uint8Array[];
  readonly #authority: TestAuthority;
  readonly #secret = Uint8Array.from({ length: 16 }, (_, index) => index);

  constructor(authority: TestAuthority) {
    this.#authority = authority;
    this.roots = [authority.der];
  }

  get token(): string {
    return tokenText({ fingerprint: this.#authority.fingerprint, secret: this.#secret });
  }

  get service() {
    return [
      enrolmentService,
      {
        Join: ({ request }: { request: JoinRequest }, answer: Answer) => void this.#join(request, answer),
        Renew: ({ request }: { request: RenewRequest }, answer: Answer) => void this.#renew(request, answer),
      },
    ] as never;
  }

  async certificate(request: Uint8Array): Promise<CertificateReply> {
    const { der, subject } = await this.#authority.sign(request, 'urn:dorawatch:agent:corsham:a', this.days);
    const name = subject.replace(/^CN=/, '');
    return { kind: 'certificate', chain: [der], roots: this.roots, site: 'corsham', name };
  }

  async #join(request: JoinRequest, answer: Answer): Promise<void> {
    this.asked.push(request);
    if (this.refusal !== null) return answer(this.refusal);
    this.pending -= 1;
    if (this.pending >= 0) return answer(null, { kind: 'pending', retryMs: 1, id: 'k7' });
    answer(null, await this.certificate(request.signingRequest));
  }

  async #renew({ signingRequest }: RenewRequest, answer: Answer): Promise<void> {
    this.renewals += 1;
    if (this.renewalRefusal !== null) return answer(this.renewalRefusal);
    answer(null, await this.certificate(signingRequest));
  }
}
