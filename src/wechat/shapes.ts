/**
 * Which fields each kind of message has: property of the parsed message → path of WeChat's field, names joined by dots. `?` marks a field
 * that may be absent, `|` separates spellings that WeChat uses for one field.
 *
 * @see https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_standard_messages.html 接收普通消息
 */
export type Shape = { readonly [property: string]: FieldShape };

/** A text, or a list of texts or of further shapes. */
export type FieldShape = string | ListShape;

/** A list: where its items are, and what each has; without `of` the items are texts. */
export interface ListShape {
  readonly list: string;
  readonly of?: Shape;
}

/** Only there when the message was sent from an article. */
const fromArticle = { msgDataId: 'MsgDataId?', idx: 'Idx?' } as const;

/** By MsgType. */
export const messageShapes = {
  text: { content: 'Content', bizMsgMenuId: 'bizmsgmenuid?', ...fromArticle },
  image: { picUrl: 'PicUrl', mediaId: 'MediaId', ...fromArticle },
  voice: {
    mediaId: 'MediaId',
    format: 'Format',
    mediaId16K: 'MediaId16K?',
    recognition: 'Recognition?',
    ...fromArticle,
  },
  video: { mediaId: 'MediaId', thumbMediaId: 'ThumbMediaId', ...fromArticle },
  shortvideo: { mediaId: 'MediaId', thumbMediaId: 'ThumbMediaId', ...fromArticle },
  location: {
    latitude: 'Location_X',
    longitude: 'Location_Y',
    scale: 'Scale',
    label: 'Label',
    ...fromArticle,
  },
  link: { title: 'Title', description: 'Description', url: 'Url', ...fromArticle },
  file: {
    title: 'Title',
    description: 'Description?',
    fileKey: 'FileKey',
    fileMd5: 'FileMd5',
    fileTotalLen: 'FileTotalLen',
  },
  miniprogrampage: {
    title: 'Title',
    appId: 'AppId',
    pagePath: 'PagePath',
    thumbUrl: 'ThumbUrl',
    thumbMediaId: 'ThumbMediaId',
  },
} as const satisfies Record<string, Shape>;
