import type { Language } from '../../core/errors.ts';
import type { Miss, RuleId } from './rules.ts';

type Texts = Readonly<Record<Language, string>>;

/** How a miss is said. */
interface RuleTexts {
  readonly reason: (miss: Miss) => Texts;
  readonly fix: Texts;
  /** What phones show for it; undefined where they show nothing of their own. */
  readonly phone?: string;
}

const authorityError =
  '-202 net::ERR_CERT_AUTHORITY_INVALID, ssl hand shake error; iOS -1200, -9802';
const dateError = '-201 net::ERR_CERT_DATE_INVALID; iOS -1200, -9802';
const nameError = '-200 net::ERR_CERT_COMMON_NAME_INVALID; iOS -1200, -9802';
const tlsError = 'ssl hand shake error; iOS -1200, -9802';

const reissue: Texts = {
  en: 'issue it again with OpenSSL 3 or later, or: wx-dev cert <names>',
  zh: '用 OpenSSL 3 或更新版本重新签发，或运行 wx-dev cert <names>',
};

/** Reason and remedy of each rule. */
export const ruleTexts: Readonly<Record<RuleId, RuleTexts>> = {
  expired: {
    reason: (m) => ({
      en: `expired on ${m.expected}: ${m.found}`,
      zh: `已于 ${m.expected} 过期：${m.found}`,
    }),
    fix: {
      en: 'renew the certificate and reload the server: wx-dev cert <names>',
      zh: '更新证书并让服务器重新加载：wx-dev cert <names>',
    },
    phone: dateError,
  },
  'not-yet-valid': {
    reason: (m) => ({
      en: `not valid before ${m.expected}: ${m.found}`,
      zh: `${m.expected} 之前无效：${m.found}`,
    }),
    fix: {
      en: 'set the clock of the machine that issued it, then issue it again',
      zh: '校准签发机器的时钟，再重新签发',
    },
    phone: dateError,
  },
  'wrong-name': {
    reason: (m) => ({
      en: `not for ${m.expected}, but for ${m.found}`,
      zh: `证书不适用于 ${m.expected}，只适用于 ${m.found}`,
    }),
    fix: {
      en: 'issue it for the name that clients ask for',
      zh: '为客户端实际访问的名称签发证书',
    },
    phone: nameError,
  },
  'no-subject-alt-name': {
    reason: (m) => ({
      en: `has no subjectAltName, and CommonName no longer counts: ${m.found}`,
      zh: `没有 subjectAltName，CommonName 已不再有效：${m.found}`,
    }),
    fix: {
      en: 'issue it with subjectAltName = DNS:<host>',
      zh: '签发时加上 subjectAltName = DNS:<host>',
    },
    phone: nameError,
  },
  'wrong-extended-key-usage': {
    reason: (m) => ({
      en: `extendedKeyUsage is ${m.found}, needs ${m.expected}`,
      zh: `extendedKeyUsage 为 ${m.found}，需要 ${m.expected}`,
    }),
    fix: {
      en: 'use a server certificate: wx-dev cert <names> makes one',
      zh: '请使用服务器证书：wx-dev cert <names> 可以签发',
    },
    phone: authorityError,
  },
  'missing-intermediate': {
    reason: (m) => ({
      en: `whoever signed ${m.found} was not sent and is no trusted root: ${m.expected}`,
      zh: `签发 ${m.found} 的证书没有随链发送，也不是受信任的根：${m.expected}`,
    }),
    fix: {
      en: 'serve fullchain.pem (leaf, then intermediates) instead of the leaf alone; nginx: ssl_certificate',
      zh: '让服务器发送 fullchain.pem（站点证书加中间证书），不要只发站点证书；nginx 中为 ssl_certificate',
    },
    phone: authorityError,
  },
  'self-signed': {
    reason: (m) => ({
      en: `signed by itself and not trusted: ${m.found}`,
      zh: `自签名且不受信任：${m.found}`,
    }),
    fix: {
      en: 'trust it, or use one from an authority: wx-dev cert trust',
      zh: '信任它，或改用 CA 签发的证书：wx-dev cert trust',
    },
    phone: authorityError,
  },
  'untrusted-root': {
    reason: (m) => ({
      en: `ends in a root that is not trusted: ${m.found}`,
      zh: `证书链的根不受信任：${m.found}`,
    }),
    fix: {
      en: 'use a certificate of a public authority, or trust the root (--ca <file>)',
      zh: '改用公共 CA 的证书，或信任该根证书（--ca <file>）',
    },
    phone: authorityError,
  },
  'not-an-authority': {
    reason: (m) => ({
      en: `signed by a certificate that is no authority: ${m.found}`,
      zh: `由不是 CA 的证书签发：${m.found}`,
    }),
    fix: {
      en: 'sign with a CA whose basicConstraints are CA:TRUE',
      zh: '请用 basicConstraints 为 CA:TRUE 的 CA 签发',
    },
    phone: authorityError,
  },
  'weak-digest': {
    reason: (m) => ({
      en: `signed with ${m.found}; needs ${m.expected} or better`,
      zh: `签名算法为 ${m.found}，至少需要 ${m.expected}`,
    }),
    fix: reissue,
    phone: authorityError,
  },
  'weak-key': {
    reason: (m) => ({
      en: `key is ${m.found}; needs at least ${m.expected}, or EC P-256`,
      zh: `密钥为 ${m.found}，至少需要 ${m.expected} 或 EC P-256`,
    }),
    fix: reissue,
    phone: authorityError,
  },
  'too-long': {
    reason: (m) => ({
      en: `valid for ${m.found} days, at most ${m.expected} are accepted`,
      zh: `有效期 ${m.found} 天，最多接受 ${m.expected} 天`,
    }),
    fix: {
      en: 'issue it for 825 days or fewer: wx-dev cert <names> --days 397',
      zh: '签发时有效期不超过 825 天：wx-dev cert <names> --days 397',
    },
    phone: authorityError,
  },
  'serial-not-positive': {
    reason: (m) => ({
      en: `serial number is zero or negative (RFC 5280 §4.1.2.2; Go 1.23 refuses it): ${m.found}`,
      zh: `序列号为零或负数（RFC 5280 §4.1.2.2，Go 1.23 会拒绝）：${m.found}`,
    }),
    fix: reissue,
  },
  'outside-constraints': {
    reason: (m) => ({
      en: `${m.found} is outside the name constraints, ${m.expected}`,
      zh: `${m.found} 超出名称约束，${m.expected}`,
    }),
    fix: {
      en: 'use a name that the authority may certify; wx-dev cert show <ca.pem> lists them',
      zh: '改用该 CA 允许的名称；wx-dev cert show <ca.pem> 可查看',
    },
    phone: authorityError,
  },
  'key-mismatch': {
    reason: (m) => ({
      en: `the private key (${m.found}) is not the key of ${m.expected}`,
      zh: `私钥（${m.found}）与证书不匹配：${m.expected}`,
    }),
    fix: {
      en: 'use the key that was made with this certificate, or issue both again',
      zh: '使用与该证书一同生成的私钥，或重新签发两者',
    },
  },
  'key-usage': {
    reason: (m) => ({
      en: `keyUsage lacks digitalSignature: ${m.found}`,
      zh: `keyUsage 缺少 digitalSignature：${m.found}`,
    }),
    fix: {
      en: 'serve the leaf, not the CA, and issue it with keyUsage = digitalSignature',
      zh: '应使用站点证书而不是 CA 证书，并以 keyUsage = digitalSignature 签发',
    },
    phone: 'net::ERR_SSL_KEY_USAGE_INCOMPATIBLE',
  },
  'missing-key-identifier': {
    reason: (m) => ({
      en: `has no authorityKeyIdentifier: ${m.found}`,
      zh: `缺少 authorityKeyIdentifier：${m.found}`,
    }),
    fix: reissue,
  },
  'authority-extensions': {
    reason: (m) => ({
      en: `the authority needs critical basicConstraints, keyUsage keyCertSign and a subjectKeyIdentifier: ${m.found}`,
      zh: `CA 需要 critical 的 basicConstraints、keyUsage keyCertSign 和 subjectKeyIdentifier：${m.found}`,
    }),
    fix: reissue,
  },
  'no-tls12': {
    reason: (m) => ({
      en: `the server does not offer ${m.expected}`,
      zh: `服务器不支持 ${m.expected}`,
    }),
    fix: {
      en: 'switch TLS 1.2 on beside 1.3; nginx: ssl_protocols TLSv1.2 TLSv1.3;',
      zh: '在 1.3 之外同时开启 TLS 1.2；nginx：ssl_protocols TLSv1.2 TLSv1.3;',
    },
    phone: tlsError,
  },
  'not-public': {
    reason: (m) => ({
      en: `released mini programs reach registered public domains only: ${m.found}`,
      zh: `正式版小程序只能访问已登记的公网域名：${m.found}`,
    }),
    fix: {
      en: 'use a public domain, for example through: wx-dev tunnel <port> --relay <url>',
      zh: '改用公网域名，例如 wx-dev tunnel <port> --relay <url>',
    },
    phone: 'url not in domain list',
  },
};
