import type { Shape } from '../shapes.ts';

/**
 * Events of 企业微信 alone, by Event. Where one Event reports many things, what only some of them have is optional.
 *
 * @see https://developer.work.weixin.qq.com/document/path/90240 事件格式
 */
export const workEventShapes = {
  enter_agent: { eventKey: 'EventKey' },
  batch_job_result: {
    jobId: 'BatchJob.JobId',
    jobType: 'BatchJob.JobType',
    errCode: 'BatchJob.ErrCode',
    errMsg: 'BatchJob.ErrMsg',
  },
  change_contact: {
    changeType: 'ChangeType',
    userId: 'UserID?',
    newUserId: 'NewUserID?',
    id: 'Id?',
    tagId: 'TagId?',
    name: 'Name?',
    parentId: 'ParentId?',
    department: 'Department?',
    mainDepartment: 'MainDepartment?',
    position: 'Position?',
    mobile: 'Mobile?',
    email: 'Email?',
    status: 'Status?',
    addUserItems: 'AddUserItems?',
    delUserItems: 'DelUserItems?',
    addPartyItems: 'AddPartyItems?',
    delPartyItems: 'DelPartyItems?',
  },
  change_external_contact: {
    changeType: 'ChangeType',
    userId: 'UserID',
    externalUserId: 'ExternalUserID',
    state: 'State?',
    welcomeCode: 'WelcomeCode?',
    source: 'Source?',
    failReason: 'FailReason?',
  },
  change_external_chat: {
    changeType: 'ChangeType',
    chatId: 'ChatId',
    updateDetail: 'UpdateDetail?',
    joinScene: 'JoinScene?',
    quitScene: 'QuitScene?',
    memChangeCnt: 'MemChangeCnt?',
    members: { list: 'MemChangeList.Item' },
  },
  change_external_tag: {
    changeType: 'ChangeType',
    id: 'Id',
    tagType: 'TagType?',
    strategyId: 'StrategyId?',
  },
  template_card_event: {
    eventKey: 'EventKey',
    taskId: 'TaskId',
    cardType: 'CardType',
    responseCode: 'ResponseCode',
    selectedItems: {
      list: 'SelectedItems.SelectedItem',
      of: { questionKey: 'QuestionKey', optionIds: { list: 'OptionIds.OptionId' } },
    },
  },
  template_card_menu_event: {
    eventKey: 'EventKey',
    taskId: 'TaskId',
    cardType: 'CardType',
    responseCode: 'ResponseCode',
  },
  sys_approval_change: {
    spNo: 'ApprovalInfo.SpNo',
    spName: 'ApprovalInfo.SpName',
    spStatus: 'ApprovalInfo.SpStatus',
    templateId: 'ApprovalInfo.TemplateId',
    applyTime: 'ApprovalInfo.ApplyTime',
    changeEvent: 'ApprovalInfo.StatuChangeEvent', // 企业微信's own spelling.
  },
  open_approval_change: {
    thirdNo: 'ApprovalInfo.ThirdNo',
    spName: 'ApprovalInfo.OpenSpName',
    spStatus: 'ApprovalInfo.OpenSpStatus',
    templateId: 'ApprovalInfo.OpenTemplateId',
    applyTime: 'ApprovalInfo.ApplyTime',
    applyUserId: 'ApprovalInfo.ApplyUserId',
  },
  kf_msg_or_event: { token: 'Token', openKfId: 'OpenKfId' },
} as const satisfies Record<string, Shape>;
