import { WxDevError } from '../core/errors.ts';
import { createFields, fieldsOf, isFields, textOf, type Fields } from './fields.ts';
import { setField } from './set-field.ts';

/** The field that a person means by the content of a push: the first of these that the push has. */
const mainFields = [
  'Content',
  'PicUrl',
  'Title',
  'MediaId',
  'ComponentVerifyTicket',
  'AuthorizerAppid',
  'SessionFrom',
  'KfAccount',
  'ToKfAccount',
  'debug_str',
  'CardId',
  'Status',
  'ScanCodeInfo.ScanResult',
  'EventKey',
  'text.content',
  'voice.content',
  'image.url',
  'file.url',
  'stream.id',
  'SuiteTicket',
  'AuthCode',
  'AuthCorpId',
  'UserID',
  'TagId',
  'ChatId',
  'Id',
  'BatchJob.JobId',
  'ApprovalInfo.SpNo',
  'ApprovalInfo.ThirdNo',
];

/** Latitude and longitude with or without a label: `39.9,116.4`, `39.9 116.4 北京`. */
const place = /^\s*(-?\d+(?:\.\d+)?)\s*[,， ]\s*(-?\d+(?:\.\d+)?)(?:[,， ]+(.+))?$/su;

/** Where a push keeps a place; `location_select` nests it. */
const placeFields = [
  ['Location_X', 'Location_Y', 'Label'],
  ['Latitude', 'Longitude', undefined],
  ['SendLocationInfo.Location_X', 'SendLocationInfo.Location_Y', 'SendLocationInfo.Label'],
] as const;

/**
 * The push with what stands after its name on the command line: the text of a message, the key of a menu click, the address of a link or
 * picture, `39.9,116.4` for a place.
 *
 * @throws WXD6041 when this push has nothing that could be meant, or a place is none.
 */
export function setContent(push: Fields, kind: string, content: string): Fields {
  const at = placeFields.find(([latitude]) => hasPath(push, latitude));
  if (at !== undefined) return setPlace(push, kind, content, at);
  if (hasPath(push, 'Url') && /^https?:\/\//iu.test(content)) {
    return setField(push, 'Url', content);
  }
  const main = mainFields.find((name) => hasPath(push, name));
  if (main === undefined) throw new WxDevError('WXD6041', { kind, content, wanted: 'nothing' });
  return setField(push, main, content);
}

/**
 * The push of a scanned QR code with its scene: `EventKey` is the scene, for a new follower with WeChat's prefix.
 *
 * @throws WXD6041 when this push is about no QR code.
 */
export function setScene(push: Fields, kind: string, scene: string): Fields {
  const event = textOf(push, 'Event');
  if (event === 'SCAN') return setField(push, 'EventKey', scene);
  if (event !== 'subscribe') {
    throw new WxDevError('WXD6041', { kind, content: scene, wanted: 'nothing' });
  }
  const followed = setField(push, 'EventKey', `qrscene_${scene}`);
  const hasTicket = textOf(push, 'Ticket') !== undefined;
  return hasTicket ? followed : setField(followed, 'Ticket', 'gQH47zwAAAwxdevTicket==');
}

function setPlace(
  push: Fields,
  kind: string,
  content: string,
  [latitude, longitude, label]: (typeof placeFields)[number],
): Fields {
  const [, x, y, name] = place.exec(content) ?? [];
  if (x === undefined || y === undefined) {
    throw new WxDevError('WXD6041', { kind, content, wanted: 'place' });
  }
  const placed = setField(setField(push, latitude, x), longitude, y);
  return name === undefined || label === undefined ? placed : setField(placed, label, name);
}

function hasPath(fields: Fields, path: string): boolean {
  const [name = '', inner] = path.split('.');
  if (inner === undefined) return textOf(fields, name) !== undefined;
  const nested = fieldsOf(fields, name) ?? createFields();
  return isFields(nested) && textOf(nested, inner) !== undefined;
}
