import type { SampleEvent, SampleFields } from '../sample-events.ts';

/** What the company's own changes and jobs come from: no member, but the system. */
const system = { FromUserName: 'sys' } as const;
const member = { UserID: 'zhangsan' } as const;
const customer = { ...member, ExternalUserID: 'woAJ2GCAAAXtWyujaWJHDDGi0mACH71w' } as const;
const welcome = { ...customer, State: 'teststate', WelcomeCode: 'wxdevWelcomeCode0001' } as const;
const chat = { ChatId: 'wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA' } as const;
const tag = { Id: 'etEXAMPLE0000000000000000001', TagType: 'tag', StrategyId: '1' } as const;

const details = {
  Name: '张三',
  Department: '1,2,3',
  MainDepartment: '1',
  IsLeaderInDept: '1,0,0',
  DirectLeader: 'lisi,wangwu',
  Position: '产品经理',
  Mobile: '13800000000',
  Gender: '1',
  Email: 'zhangsan@example.com',
  BizMail: 'zhangsan@wxdev.example.com',
  Status: '1',
  Avatar: 'http://wx.qlogo.cn/mmopen/wxdev0001/0',
  Alias: 'zhangsan',
  Telephone: '020-00000000',
  Address: '广州市',
  ExtAttr: {
    Item: [
      { Name: '爱好', Type: '0', Text: { Value: '旅游' } },
      { Name: '主页', Type: '1', Web: { Title: 'wx-dev', Url: 'https://example.com' } },
    ],
  },
} as const;

const card = {
  EventKey: 'button_yes',
  TaskId: 'wxdev-task-0001',
  CardType: 'vote_interaction',
  ResponseCode: 'wxdevResponseCode0001',
  SelectedItems: {
    SelectedItem: [{ QuestionKey: 'question1', OptionIds: { OptionId: ['one', 'two'] } }],
  },
} as const;

const approval = {
  SpNo: '202601010001',
  SpName: '请假',
  SpStatus: '1',
  TemplateId: 'wxdevApprovalTemplate0001',
  ApplyTime: '1767225600',
  Applyer: { UserId: 'zhangsan', Party: '1' },
  SpRecord: [
    {
      SpStatus: '1',
      ApproverAttr: '1',
      Details: [{ Approver: { UserId: 'lisi' }, Speech: '', SpStatus: '1', SpTime: '0' }],
    },
  ],
  StatuChangeEvent: '1',
} as const;

const openApproval = {
  ThirdNo: '202601010001',
  OpenSpName: '付款',
  OpenTemplateId: 'wxdevOpenTemplate0001',
  OpenSpStatus: '1',
  ApplyTime: '1767225600',
  ApplyUserName: '张三',
  ApplyUserId: 'zhangsan',
  ApplyUserParty: '产品部',
  ApplyUserImage: 'http://www.qq.com/xxx.png',
  ApprovalNodes: {
    ApprovalNode: [
      {
        NodeStatus: '1',
        NodeAttr: '1',
        NodeType: '1',
        Items: {
          Item: [
            {
              ItemName: '李四',
              ItemUserid: 'lisi',
              ItemImage: 'http://www.qq.com/xxx.png',
              ItemStatus: '1',
              ItemSpeech: '',
              ItemOpTime: '0',
            },
          ],
        },
      },
    ],
  },
  ApproverStep: '0',
} as const;

/**
 * Events of 企业微信 alone, by name, with invented values: Event and what it has beyond addresses and time. `<Event>.<ChangeType>` where one
 * Event reports many things.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90240 事件格式
 */
export const workEvents = {
  'work.subscribe': ['subscribe', { EventKey: '' }],
  'work.unsubscribe': ['unsubscribe', { EventKey: '' }],
  enter_agent: ['enter_agent', { EventKey: '' }],
  'work.location': [
    'LOCATION',
    {
      Latitude: '39.904200',
      Longitude: '116.407400',
      Precision: '65.000000',
      AppType: 'wxwork',
    },
  ],
  batch_job_result: [
    'batch_job_result',
    {
      ...system,
      BatchJob: { JobId: 'jobid_wxdev0001', JobType: 'sync_user', ErrCode: '0', ErrMsg: 'ok' },
    },
  ],
  'change_contact.create_user': contact('create_user', { ...member, ...details }),
  'change_contact.update_user': contact('update_user', {
    ...member,
    NewUserID: 'zhangsan001',
    ...details,
  }),
  'change_contact.delete_user': contact('delete_user', member),
  'change_contact.create_party': contact('create_party', {
    Id: '2',
    Name: '产品部',
    ParentId: '1',
    Order: '1',
  }),
  'change_contact.update_party': contact('update_party', {
    Id: '2',
    Name: '产品一部',
    ParentId: '1',
  }),
  'change_contact.delete_party': contact('delete_party', { Id: '2' }),
  'change_contact.update_tag': contact('update_tag', {
    TagId: '1',
    AddUserItems: 'zhangsan,lisi',
    DelUserItems: 'wangwu',
    AddPartyItems: '1,2',
    DelPartyItems: '3,4',
  }),
  'change_external_contact.add_external_contact': external('add_external_contact', welcome),
  'change_external_contact.edit_external_contact': external('edit_external_contact', customer),
  'change_external_contact.add_half_external_contact': external(
    'add_half_external_contact',
    welcome,
  ),
  'change_external_contact.del_external_contact': external('del_external_contact', {
    ...customer,
    Source: 'DELETE_BY_TRANSFER',
  }),
  'change_external_contact.del_follow_user': external('del_follow_user', customer),
  'change_external_contact.transfer_fail': external('transfer_fail', {
    ...customer,
    FailReason: 'customer_refused',
  }),
  'change_external_chat.create': change('change_external_chat', 'create', chat),
  'change_external_chat.update': change('change_external_chat', 'update', {
    ...chat,
    UpdateDetail: 'add_member',
    JoinScene: '1',
    MemChangeCnt: '1',
    MemChangeList: { Item: ['zhangsan'] },
  }),
  'change_external_chat.dismiss': change('change_external_chat', 'dismiss', chat),
  'change_external_tag.create': change('change_external_tag', 'create', tag),
  'change_external_tag.update': change('change_external_tag', 'update', tag),
  'change_external_tag.delete': change('change_external_tag', 'delete', tag),
  'change_external_tag.shuffle': change('change_external_tag', 'shuffle', {
    Id: 'etEXAMPLE0000000000000000001',
    StrategyId: '1',
  }),
  template_card_event: ['template_card_event', card],
  template_card_menu_event: [
    'template_card_menu_event',
    {
      EventKey: 'menu_mute',
      TaskId: 'wxdev-task-0001',
      CardType: 'text_notice',
      ResponseCode: 'wxdevResponseCode0002',
    },
  ],
  sys_approval_change: ['sys_approval_change', { ...system, ApprovalInfo: approval }],
  open_approval_change: ['open_approval_change', { ...system, ApprovalInfo: openApproval }],
  kf_msg_or_event: [
    'kf_msg_or_event',
    { ...system, Token: 'wxdevKfToken0001', OpenKfId: 'wkxxxxxxxxxxxxxxxxxx' },
  ],
} as const satisfies Record<string, SampleEvent>;

/**
 * Notices of a third-party suite (第三方应用 指令回调), by InfoType.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90628 推送 suite_ticket
 */
export const workNotices = {
  suite_ticket: { SuiteTicket: 'wxdevSuiteTicket0001' },
  create_auth: { AuthCode: 'wxdevAuthCode0001', State: 'wxdev' },
  change_auth: { AuthCorpId: 'wwwxdevcorp0001', State: 'wxdev' },
  cancel_auth: { AuthCorpId: 'wwwxdevcorp0001' },
} as const satisfies Record<string, SampleFields>;

/** The bot of the samples. */
export const sampleBotId = 'AIBOT_wxdev_0000001';

/** What only an AI bot gets (智能机器人), by name: the msgtype, and what stands under it. */
export const botMessages = {
  'bot.text': ['text', { content: '@wxdev 你好' }],
  'bot.image': ['image', { url: 'https://example.com/image.encrypted' }],
  'bot.mixed': [
    'mixed',
    {
      msg_item: [
        { msgtype: 'text', text: { content: '@wxdev 这是什么' } },
        { msgtype: 'image', image: { url: 'https://example.com/image.encrypted' } },
      ],
    },
  ],
  'bot.voice': ['voice', { content: '你好' }],
  'bot.file': ['file', { url: 'https://example.com/file.encrypted' }],
  'bot.stream': ['stream', { id: 'wxdev-stream-0001' }],
  'bot.enter_chat': ['event', { eventtype: 'enter_chat' }],
  'bot.template_card_event': [
    'event',
    {
      eventtype: 'template_card_event',
      template_card_event: {
        card_type: 'button_interaction',
        event_key: 'button_yes',
        task_id: 'wxdev-task-0001',
      },
    },
  ],
  'bot.feedback_event': [
    'event',
    {
      eventtype: 'feedback_event',
      feedback_event: { id: 'wxdev-feedback-0001', type: '1', content: '很好' },
    },
  ],
} as const satisfies Record<string, readonly [msgType: string, own: SampleFields]>;

function contact(type: string, fields: SampleFields): SampleEvent {
  return change('change_contact', type, fields);
}

function external(type: string, fields: SampleFields): SampleEvent {
  return change('change_external_contact', type, fields);
}

function change(event: string, type: string, fields: SampleFields): SampleEvent {
  return [event, { ...system, ChangeType: type, ...fields }];
}
